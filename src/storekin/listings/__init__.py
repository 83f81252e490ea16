"""Do two listings show the same product?"""
