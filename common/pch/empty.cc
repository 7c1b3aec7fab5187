// Carries a precompiled header.
