INSERT INTO ledger (entry, n) SELECT 'down far', SUM(n * hops) FROM sweep_other.far;
DROP TABLE sweep_other.farthest;
DROP INDEX far_hops ON sweep_other.far;
DROP TABLE sweep_other.far;
DROP DATABASE sweep_other;
