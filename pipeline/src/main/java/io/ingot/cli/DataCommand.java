package io.ingot.cli;

import picocli.CommandLine.Command;

/** Datasets. */
@Command(
    name = "data",
    description = "Look at what a model will be trained on.",
    subcommands = {DataRowsCommand.class})
final class DataCommand extends IngotCommand {
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return 2;
  }
}
