package io.ingot.cli;

import picocli.CommandLine.Command;

/** Chat templates. */
@Command(
    name = "chat",
    description = "Look at chat templates.",
    subcommands = {ChatRenderCommand.class})
final class ChatCommand extends IngotCommand {
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return 2;
  }
}
