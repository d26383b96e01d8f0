package io.ingot.cli;

import picocli.CommandLine.Command;

/** {@code ingot chat}. */
@Command(
    name = "chat",
    description = "Look at chat templates.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ChatRenderCommand.class)
final class ChatCommand {}
