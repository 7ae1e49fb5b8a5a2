SELECT 1; \! echo hello
