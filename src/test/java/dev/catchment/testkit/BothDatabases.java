package dev.catchment.testkit;

import dev.catchment.base.Secret;
import dev.catchment.db.DatabaseSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/**
 * Runs a test twice: on a fresh SQLite file and on a fresh PostgreSQL database. The test takes a
 * {@link Store} as its parameter.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(BothDatabases.Invocations.class)
public @interface BothDatabases {

  /**
   * An empty store.
   *
   * @param kind {@code sqlite} or {@code postgresql}
   * @param url as in the setting {@code database.url}
   * @param dataDir an empty folder
   */
  record Store(String kind, String url, Path dataDir) {
    /** Settings of a node on this store. */
    public DatabaseSettings settings(String node) {
      return new DatabaseSettings(new Secret(url), dataDir, node);
    }

    public boolean isPostgres() {
      return !url.isEmpty();
    }
  }

  /** Makes the two invocations. */
  final class Invocations implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
      return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
        ExtensionContext context) {
      return Stream.of(new On("sqlite"), new On("postgresql"));
    }
  }

  /** One invocation. */
  record On(String kind) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "on " + kind;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new Resolver(kind));
    }
  }

  /** Hands the store to the test and removes its folder afterwards. */
  record Resolver(String kind) implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Store.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      try {
        Path dataDir = Files.createTempDirectory("catchment-test");
        context
            .getStore(ExtensionContext.Namespace.create(Resolver.class, context.getUniqueId()))
            .put("folder", (AutoCloseable) () -> delete(dataDir));
        String url = kind.equals("sqlite") ? "" : Postgres.of(context).newDatabaseUrl();
        return new Store(kind, url, dataDir);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path folder) throws IOException {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
