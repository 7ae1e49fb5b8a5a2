-- the first
SELECT 1; -- trailing
# the second
/* really */ SELECT 2; /* trailing */
/* a
   b */ -- c
  SELECT 3; # the end
