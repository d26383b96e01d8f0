package io.ingot.cli;

import picocli.CommandLine.Command;

/** {@code ingot data}. */
@Command(
    name = "data",
    description = "Look at what a model is trained on.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {DataInspectCommand.class, DataRowsCommand.class})
final class DataCommand {}
