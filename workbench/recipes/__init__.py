"""Whole recipes, with several seeds: do all frameworks learn equally well?"""
