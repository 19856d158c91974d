package dev.catchment.main;

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
    System.exit(commands().execute(args));
  }

  static CommandLine commands() {
    return new CommandLine(new Catchment())
        .addSubcommand(new ServeCommand(System.out, System.err))
        .addSubcommand(new CommandLine.HelpCommand());
  }
}
