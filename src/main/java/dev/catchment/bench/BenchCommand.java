package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code bench ingest|deliver|collections}: measures a server and keeps an exact ledger. Exit code
 * 0 for a run that balances, 1 for a void one, 2 for wrong options.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures a server, with an exact ledger of every event.")
public final class BenchCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  private BenchCommand() {}

  /** The command with its subcommands, to be added to the program's command line. */
  public static CommandLine line(Surroundings surroundings) {
    return new CommandLine(new BenchCommand())
        .addSubcommand(new IngestBench(surroundings))
        .addSubcommand(new DeliverBench(surroundings))
        .addSubcommand(new CollectionsBench(surroundings))
        .addSubcommand(new Ceiling(surroundings.random()));
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "Name a bench: ingest, deliver, collections");
    }
  }

  /** What the three have in common: the ceiling first, then the server, its load, the report. */
  static class Kind implements Callable<Integer> {
    @Mixin final Options options = new Options();
    @Spec private @Nullable CommandSpec spec;
    private final Surroundings surroundings;
    private final String name;
    private final Bench.Course course;

    Kind(Surroundings surroundings, String name, Bench.Course course) {
      this.surroundings = surroundings;
      this.name = name;
      this.course = course;
    }

    @Override
    public Integer call() {
      if (spec == null) {
        throw new IllegalStateException("Not run by a command line");
      }
      String fault = options.fault();
      if (fault != null) {
        throw new ParameterException(spec.commandLine(), fault);
      }
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      try {
        return measure(out, err);
      } catch (VoidRun | IOException e) {
        err.println("VOID: " + e.getMessage());
        return 1;
      }
    }

    private int measure(PrintWriter out, PrintWriter err) throws IOException {
      LongSupplier ticks = surroundings.sinceNow();
      double ceiling =
          options.ceilingSeconds > 0 ? Ceiling.measure(surroundings, options, ticks) : 0;
      try (Node node = Node.open(surroundings, options, ticks)) {
        OptionalLong idle = node.residentMegabytes();
        Payload payload =
            new Payload(options.bytes, options.records > 0 ? options.records : options.keys);
        Bench bench = new Bench(surroundings, options, node, ticks, payload, new Ledger());
        Figures figures = course.run(bench);
        Json.Obj report = Report.of(name, bench, figures, ceiling, idle);
        out.print(options.json ? report.text() + System.lineSeparator() : Report.table(report));
        out.flush();
        PrintWriter verdict = options.json ? err : out;
        figures.faults().forEach(fault -> verdict.println("VOID: " + fault));
        verdict.flush();
        return figures.faults().isEmpty() ? 0 : 1;
      }
    }
  }
}
