/* log */ tee out.txt
