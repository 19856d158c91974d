package dev.catchment.http;

/**
 * Where and how a server listens.
 *
 * @param port 0 takes a free one
 * @param bind the local address
 * @param eventLoops how many threads read and write sockets
 */
public record ServerSettings(int port, String bind, int eventLoops) {}
