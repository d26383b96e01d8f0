package io.ingot.cli;

import io.ingot.error.IngotException;
import picocli.CommandLine.Command;

/** {@code card ...}. */
@Command(
    name = "card",
    description = "Model cards: lint.",
    subcommands = {CardLintCommand.class})
final class CardCommand extends IngotCommand {
  @Override
  public Integer call() {
    throw IngotException.usage("say what to do with cards: lint");
  }
}
