SELECT /*+ MAX_EXECUTION_TIME(1000) ; */ 1;
-- a hint is for the server, so it starts the statement
/*+ SET_VAR(sort_buffer_size = 16M) */ SELECT 2;
