package io.ingot.cli;

import io.ingot.error.ErrorKind;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command, and the entry point of the launcher. */
@Command(
    name = "ingot",
    description = "Turns a YAML job into a published, reviewed, license-clean language model.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND")
public final class Ingot {
  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document instead of text.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress, only the result and errors.")
  boolean quiet;

  @Option(
      names = "--no-color",
      scope = ScopeType.INHERIT,
      description = "No colors (also NO_COLOR).")
  boolean noColor;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and debug logs.")
  boolean verbose;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Database, artifacts and logs (default: INGOT_HOME, else ~/.ingot).")
  @Nullable Path home;

  private final Map<String, String> environment;
  private final boolean terminal;

  private Ingot(Map<String, String> environment, boolean terminal) {
    this.environment = environment;
    this.terminal = terminal;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** Whether a person sits in front of it. */
  boolean terminal() {
    return terminal;
  }

  /** Starts the process. */
  public static void main(String[] arguments) {
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code = execute(out, err, System.getenv(), onTerminal(), arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /**
   * Runs a command in this process.
   *
   * @param terminal whether to draw progress bars and ask questions
   * @return the exit code
   */
  public static int execute(
      PrintWriter out,
      PrintWriter err,
      Map<String, String> environment,
      boolean terminal,
      String... arguments) {
    CommandLine line = commandLine(environment, terminal, arguments);
    line.setOut(out);
    line.setErr(err);
    if (arguments.length == 0) {
      line.usage(err);
      return ErrorKind.USAGE.exitCode();
    }
    return line.execute(arguments);
  }

  /**
   * The parser.
   *
   * @param arguments that it is made for
   */
  static CommandLine commandLine(
      Map<String, String> environment, boolean terminal, String... arguments) {
    CommandLine line = new CommandLine(new Ingot(environment, terminal));
    Commands.addTo(line, arguments);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(new ErrorReport());
    line.setParameterExceptionHandler(new UsageReport());
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal && !environment.containsKey("NO_COLOR")
                ? CommandLine.Help.Ansi.ON
                : CommandLine.Help.Ansi.OFF));
    return line;
  }

  private static boolean onTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8),
        true,
        StandardCharsets.UTF_8);
  }
}
