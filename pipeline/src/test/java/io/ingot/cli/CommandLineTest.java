package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What holds for every command. */
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Ingot.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), false, arguments);
  }

  @Test
  void versionIsTheResult() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("ingot \\d+\\.\\d+\\.\\d+\\R");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void noArgumentsIsAUsageErrorThatShowsTheCommands() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: ingot");
  }

  @Test
  void anUnknownCommandIsAUsageError() {
    assertThat(run("complet")).isEqualTo(2);
    assertThat(err.toString()).contains("error:").contains("completion");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void completionKnowsEveryCommand() {
    assertThat(run("completion")).isZero();
    CommandLine root = Ingot.commandLine(Map.of(), false);
    assertThat(root.getSubcommands().keySet())
        .allSatisfy(name -> assertThat(out.toString()).contains(name));
  }

  @Test
  void aCommandIsTheSameWhenItIsMadeAlone() {
    Map<String, CommandLine> together = Ingot.commandLine(Map.of(), false).getSubcommands();
    assertThat(together.keySet()).containsExactlyElementsOf(Commands.all().keySet());
    together.forEach(
        (name, command) -> {
          assertThat(command.getCommandSpec().name()).isEqualTo(name);
          assertThat(Ingot.commandLine(Map.of(), false, name).getSubcommands().get(name))
              .isNotNull()
              .extracting(CommandLine::getUsageMessage)
              .isEqualTo(command.getUsageMessage());
        });
  }

  @Test
  void everyCommandSaysWhatItDoes() {
    CommandLine root = Ingot.commandLine(Map.of(), false);
    root.getSubcommands()
        .values()
        .forEach(
            command ->
                assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty());
  }
}
