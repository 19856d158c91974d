package dev.catchment.main;

import dev.catchment.bench.BenchCommand;
import dev.catchment.bench.Launch;
import dev.catchment.bench.Surroundings;
import java.io.Console;
import java.security.SecureRandom;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the command line. */
public final class Main {
  private Main() {}

  @Command(
      name = "catchment",
      description = "A self-hosted event gateway with live collections.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND")
  private static final class Catchment {}

  /** Runs the command named by the arguments and ends the process with its code. */
  public static void main(String[] args) {
    CommandLine commands = new CommandLine(new Catchment());
    commands.addSubcommand(new ServeCommand(System.out, System.err));
    // Reading the options of a command takes a while; a server does not wait for those it is not.
    if (args.length == 0 || !args[0].equals("serve")) {
      addOthers(commands);
    }
    System.exit(commands.execute(args));
  }

  private static void addOthers(CommandLine commands) {
    commands
        .addSubcommand(
            "bench",
            BenchCommand.line(
                new Surroundings(
                    Launch.likeThis(Main.class.getName()), System::nanoTime, new SecureRandom())))
        .addSubcommand(new ExportCommand(System.getenv(), isWatched()))
        .addSubcommand(new ImportCommand(System.getenv(), isWatched()))
        .addSubcommand(new WarmCommand())
        .addSubcommand(new CommandLine.HelpCommand());
  }

  /** Whether a person sees what is printed. */
  private static boolean isWatched() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
