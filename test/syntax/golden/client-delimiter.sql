\d //
SELECT 1//
