package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufFile;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ingot inspect FILE|DIR}. */
@Command(
    name = "inspect",
    description = "Shows the header of a GGUF or safetensors file, checked completely.")
final class InspectCommand extends IngotCommand {
  @Parameters(paramLabel = "FILE|DIR", description = "A file, or a folder of safetensors files.")
  Path path = Path.of("");

  @Override
  public Integer call() {
    if (!Files.exists(path)) {
      throw IngotException.notFound(path + ": no such file or folder");
    }
    if (path.toString().endsWith(".gguf") || GgufFile.looksLike(path)) {
      GgufListing.print(path, console());
    } else {
      SafetensorsListing.print(path, console());
    }
    return 0;
  }
}
