SELECT '🐬🐬'; SELECT 'é', '表'; /* 🐬 */ SELECT 3;
  /* ü
   🐬 */ SELECT 4; SELECT '🐬
🐬'; SELECT 6;
