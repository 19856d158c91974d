package dev.catchment.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

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
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    return new Launch(List.copyOf(command));
  }

  List<String> with(List<String> arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    return all;
  }
}
