-- nothing to do here
# nor here
/* nor
   here */
