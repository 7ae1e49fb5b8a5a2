SELECT \N, 1 IS \N;
\N;
