package main

const maxrssUnit = 1 // Maxrss is in bytes
