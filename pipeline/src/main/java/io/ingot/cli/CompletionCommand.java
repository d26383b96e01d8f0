package io.ingot.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Prints the completion script. */
@Command(
    name = "completion",
    description = {
      "Print a completion script for bash and zsh.",
      "Use it with: source <(ingot completion)"
    })
final class CompletionCommand extends IngotCommand {
  @Override
  public Integer call() {
    console().result(AutoComplete.bash("ingot", spec.root().commandLine()));
    return 0;
  }
}
