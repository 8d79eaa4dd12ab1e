"""Reading a chain through several endpoints that must agree, and sign-in messages.

What is here needs the extra `chain`; nothing of `ganshare` imports it before it is used.
"""
