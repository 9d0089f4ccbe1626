"""Pictures in bulk: a ZIP whose file names begin with the code of a product.

``gate`` lets a ZIP through and reads one file of it at a time; ``planning`` looks at
the pictures and says what becomes of each. The actions write it
(:mod:`products.actions.picture_zip`).
"""
