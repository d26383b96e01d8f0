package io.ingot.cli;

import io.ingot.job.Grammar;
import picocli.CommandLine.Command;

/** {@code schema}. */
@Command(name = "schema", description = "Prints the JSON schema of job files, for editors.")
final class SchemaCommand extends IngotCommand {
  @Override
  public Integer call() {
    console().result(Grammar.jsonSchema());
    return 0;
  }
}
