package dev.catchment.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * How a second process of this program is started.
 *
 * @param command the words before the program's own arguments
 */
public record Launch(List<String> command) {
  /**
   * The same Java, flags and class path as this process.
   *
   * @param mainClass the class whose {@code main} takes {@code serve} and {@code bench ceiling}
   */
  public static Launch likeThis(String mainClass) {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(System.getProperty("java.home") + "/bin/java"));
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // A debugger or profiler of this process listens on a port the child cannot have too.
      if (!flag.startsWith("-agent") && !flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    String classPath = System.getProperty("java.class.path");
    if (mainClass.equals(mainClassOf(classPath))) {
      // The manifest of a packaged program grants what the class path alone does not.
      command.addAll(List.of("-jar", classPath));
    } else {
      command.addAll(List.of("-cp", classPath, mainClass));
    }
    return new Launch(List.copyOf(command));
  }

  private static @Nullable String mainClassOf(String classPath) {
    if (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator)) {
      return null;
    }
    try (JarFile jar = new JarFile(classPath)) {
      Manifest manifest = jar.getManifest();
      return manifest == null
          ? null
          : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same without leaving a class archive behind, which would suit only what ran once. */
  Launch withoutArchiving() {
    return new Launch(
        command.stream().filter(word -> !word.equals("-XX:+AutoCreateSharedArchive")).toList());
  }

  List<String> with(List<String> arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    return all;
  }
}
