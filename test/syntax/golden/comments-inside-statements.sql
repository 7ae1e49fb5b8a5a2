SELECT 1 -- one
  , 2 # two; not the end
  , 3 /* three; */ /* ' */
  -- it's the last
;
SELECT 4 -- at the end
