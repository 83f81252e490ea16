"""Do two registrations have the same seller?"""
