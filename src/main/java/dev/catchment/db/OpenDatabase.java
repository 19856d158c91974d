package dev.catchment.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.catchment.base.Failure;
import dev.catchment.observe.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** Opens a store: connects, brings the tables up to date, and starts its threads. */
public final class OpenDatabase {
  private static final int SQLITE_READERS = 4;

  /**
   * A commit writes whole pages. Records change in random places, a page for each, so that small
   * pages write less; events come one after the other and fill either size.
   */
  private static final int SQLITE_PAGE_BYTES = 4_096;

  /** Pages at which the writer restarts the write-ahead log: about 64 MiB. */
  private static final int SQLITE_WAL_PAGES = 16_000;

  /**
   * One plan for each statement, whatever it is given. A planner that looks at the values knows
   * nothing of a generation or an index that was made since the statistics were, and takes it for
   * empty: it then reads all of it to find a few. Every statement has an index for what it asks, so
   * a plan made while a table was small must not be to read the whole of it (decision 28).
   */
  private static final String POSTGRES_PLANNING =
      "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off ";

  private static final int POSTGRES_SYNCED_CONNECTIONS = 8;
  private static final int POSTGRES_DERIVED_CONNECTIONS = 6;
  private static final long POSTGRES_LISTEN_MILLIS = 5_000;
  private static final int POSTGRES_READING_CONNECTIONS = 8;

  private final InstantSource clock;
  private final Metrics.Count statements;

  /** Stamps transactions by {@code clock} and counts statements in {@code metrics}. */
  public OpenDatabase(InstantSource clock, Metrics metrics) {
    this.clock = clock;
    this.statements =
        metrics.count(
            "catchment_sql_statements", "SQL statements run, one for each row of a batch");
  }

  /**
   * The open store.
   *
   * @throws Failure {@code UNAVAILABLE} when it cannot be reached, {@code CONFLICT} when another
   *     process holds the data folder
   */
  public Database open(DatabaseSettings settings) {
    String url = settings.url().reveal();
    return url.isEmpty() ? sqlite(settings.dataDir()) : postgres(url, settings.node());
  }

  private Database sqlite(Path dataDir) {
    FileChannel lock = lock(dataDir);
    try {
      return sqlite(dataDir, lock);
    } catch (RuntimeException e) {
      // Who could not open the store must not keep others out of it.
      release(lock, e);
      throw e;
    }
  }

  private static void release(FileChannel lock, RuntimeException because) {
    try {
      lock.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private Database sqlite(Path dataDir, FileChannel lock) {
    String url = "jdbc:sqlite:" + dataDir.resolve("catchment.db");
    try {
      // The writer comes first: it turns the write-ahead log on for everyone.
      Connection writing = sqliteConnection(url, false);
      migrate(Dialect.SQLITE, url, "", "");
      List<Session> reading = new ArrayList<>();
      for (int i = 0; i < SQLITE_READERS; i++) {
        reading.add(session(sqliteConnection(url, true)));
      }
      Checkpointer checkpointer = new Checkpointer(session(sqliteConnection(url, false)));
      Notices notices = new Notices();
      return new Database(
          new Readers.Sqlite(reading, clock),
          new SqliteWriter(session(writing), clock, notices, checkpointer::wake),
          notices,
          List.of(checkpointer, lock));
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  private Session session(Connection connection) {
    return new Session(connection, Dialect.SQLITE, statements);
  }

  private static FileChannel lock(Path dataDir) {
    try {
      Files.createDirectories(dataDir);
      FileChannel channel =
          FileChannel.open(
              dataDir.resolve("catchment.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw Failure.conflict("Another process is using the data folder " + dataDir);
      }
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot use the data folder " + dataDir, e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Another store of this very process holds it.
      return false;
    }
  }

  private static Connection sqliteConnection(String url, boolean readOnly) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    // One thread at a time uses a connection, so SQLite need not lock it at every call.
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    config.setBusyTimeout(10_000);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setCacheSize(-16_384);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setPragma(
        SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT,
        Integer.toString(SQLITE_WAL_PAGES * SQLITE_PAGE_BYTES));
    Connection connection = DriverManager.getConnection(url, config.toProperties());
    try (var statement = connection.createStatement()) {
      // In this order, which the driver's own settings do not keep: the size of the pages is fixed
      // by the first thing that writes the file, and turning the log on does.
      statement.execute("PRAGMA page_size=" + SQLITE_PAGE_BYTES);
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA wal_autocheckpoint=" + (readOnly ? 0 : SQLITE_WAL_PAGES));
      if (readOnly) {
        statement.execute("PRAGMA query_only=1");
      }
    }
    return connection;
  }

  private Database postgres(String url, String node) {
    PostgresAddress address = PostgresAddress.of(url);
    migrate(Dialect.POSTGRESQL, address.jdbc(), address.user(), address.password());
    HikariDataSource synced =
        pool("synced", address, POSTGRES_SYNCED_CONNECTIONS, "-c synchronous_commit=on");
    HikariDataSource derived =
        pool("derived", address, POSTGRES_DERIVED_CONNECTIONS, "-c synchronous_commit=off");
    HikariDataSource reading =
        pool(
            "reading",
            address,
            POSTGRES_READING_CONNECTIONS,
            // All statements of one read must see the same moment.
            "-c default_transaction_isolation=repeatable\\ read"
                + " -c default_transaction_read_only=on");
    Properties listening = postgresProperties(address, "");
    Notices notices = new Notices();
    PostgresListener listener =
        new PostgresListener(
            () -> DriverManager.getConnection(address.jdbc(), listening), node, notices);
    // From its first moment a node hears what the others change.
    listener.awaitListening(POSTGRES_LISTEN_MILLIS);
    return new Database(
        new Readers.Postgres(reading, clock, statements),
        new PostgresWriter(synced, derived, clock, notices, node, statements),
        notices,
        List.of(listener, synced, derived));
  }

  static Properties postgresProperties(PostgresAddress address, String options) {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("ApplicationName", "catchment");
    // Said when the connection begins, because a SET is undone with its transaction. A node that
    // hangs inside a transaction must not hold the head of the log for ever.
    properties.setProperty(
        "options", "-c idle_in_transaction_session_timeout=15000 " + POSTGRES_PLANNING + options);
    return properties;
  }

  private static HikariDataSource pool(
      String name, PostgresAddress address, int size, String options) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("catchment-" + name);
    config.setJdbcUrl(address.jdbc());
    config.setDataSourceProperties(postgresProperties(address, options));
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setAutoCommit(false);
    config.setConnectionTimeout(5_000);
    config.setIdleTimeout(120_000);
    return new HikariDataSource(config);
  }

  private static void migrate(Dialect dialect, String url, String user, String password) {
    try {
      Flyway.configure()
          .dataSource(url, user, password)
          .locations("classpath:db/" + dialect.folder())
          .loggers("slf4j")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw e.getCause() instanceof SQLException cause ? Faults.translate(cause) : e;
    }
  }
}
