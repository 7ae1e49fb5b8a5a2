HELP 'contents';
