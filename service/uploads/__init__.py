"""Files that analysts load in the browser: received, checked, and built only when they say so."""
