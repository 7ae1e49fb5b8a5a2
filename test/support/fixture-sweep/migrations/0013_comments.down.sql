# nothing to revert
