-- The index of texts needs nothing here; the number keeps both stores in step.
SELECT 1;
