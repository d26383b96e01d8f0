package io.ingot.cli;

import io.ingot.error.IngotException;
import picocli.CommandLine.Command;

/** {@code license ...}. */
@Command(
    name = "license",
    description = "What licenses of ancestors allow and ask for: check, show.",
    subcommands = {LicenseCheckCommand.class, LicenseShowCommand.class})
final class LicenseCommand extends IngotCommand {
  @Override
  public Integer call() {
    throw IngotException.usage("say what to do with licenses: check or show");
  }
}
