package io.ingot.cli;

import io.ingot.error.ErrorKind;
import picocli.CommandLine.Command;

/** {@code ingot adapter}. */
@Command(
    name = "adapter",
    description = "Works with PEFT adapters.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AdapterMergeCommand.class, AdapterExtractCommand.class})
final class AdapterCommand extends IngotCommand {
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ErrorKind.USAGE.exitCode();
  }
}
