package io.ingot.cli;

import picocli.CommandLine.Command;

/** {@code ingot hub}. */
@Command(
    name = "hub",
    description = "A small Hub of your own.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = HubServeCommand.class)
final class HubCommand {}
