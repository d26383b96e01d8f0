package io.ingot.cli;

import io.ingot.error.ErrorKind;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A wrong command line: the mistake, the nearest right word, and where to read on. */
final class UsageReport implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    line.getErr().println("error: " + wrong.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(wrong, line.getErr())) {
      line.getErr().println("Usage: " + line.getHelp().synopsis(0).strip());
    }
    line.getErr().println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return ErrorKind.USAGE.exitCode();
  }
}
