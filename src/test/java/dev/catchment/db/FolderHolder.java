package dev.catchment.db;

import dev.catchment.base.Secret;
import dev.catchment.observe.Metrics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/** A process of its own that holds a data folder until it is killed. */
final class FolderHolder {
  private FolderHolder() {}

  /** Opens the store in the folder, says {@code held} and waits for the end of its input. */
  public static void main(String[] args) throws IOException {
    PrintStream said =
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
    try (Database database =
        new OpenDatabase(InstantSource.system(), new Metrics())
            .open(new DatabaseSettings(new Secret(""), Path.of(args[0]), "other"))) {
      long tables = database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM cursors"));
      said.println(tables == 0 ? "held" : "not empty");
      int end = System.in.read();
      said.println("ended by " + end);
    }
  }
}
