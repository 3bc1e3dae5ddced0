//! Reads about wallets.
