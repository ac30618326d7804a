"""Why a camera is judged as it is, in lines for a terminal, English and Korean."""
