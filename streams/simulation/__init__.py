"""`pricetide simulate`: contenders × markets × seeds in parallel, resumable, with a report."""
