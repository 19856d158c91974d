package dev.catchment.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A real PostgreSQL of a single test, which can be away for a while and keeps what it holds. */
public final class OwnPostgres implements AutoCloseable {
  private final Path folder;
  private final int port;
  private EmbeddedPostgres server;

  /** A server that runs, with its data in a folder that does not exist yet. */
  public OwnPostgres(Path folder) {
    this.folder = folder;
    this.server = open(0);
    this.port = server.getPort();
  }

  private EmbeddedPostgres open(int wantedPort) {
    try {
      return EmbeddedPostgres.builder()
          .setDataDirectory(folder)
          .setCleanDataDirectory(false)
          .setPort(wantedPort)
          .setServerConfig("fsync", "on")
          .setServerConfig("max_connections", "100")
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the form of the setting {@code database.url}; the same after a break. */
  public String url() {
    return "postgresql://postgres:postgres@localhost:" + port + "/postgres";
  }

  /** Ends the server and every connection to it. */
  public void away() {
    close();
  }

  /** Starts it again where it was. */
  public void back() {
    server = open(port);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
