//! What NightOwl costs on AWS, counted: see `tests/bill` and the README.
