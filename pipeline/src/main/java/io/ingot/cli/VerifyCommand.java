package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.store.ArtifactStore;
import io.ingot.store.Manifest;
import io.ingot.store.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code verify DIR}. */
@Command(
    name = "verify",
    description = "Hash every file of an artifact and compare it with its manifest.")
final class VerifyCommand extends IngotCommand {
  @Parameters(paramLabel = "DIR", description = "Folder of an artifact.")
  Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    Console console = console();
    if (!Files.isDirectory(folder)) {
      throw IngotException.notFound("there is no folder " + folder);
    }
    Manifest manifest = Manifest.read(folder);
    Verification verification = ArtifactStore.verify(folder);
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("ok", verification.ok());
      document.put("digest", manifest.digest());
      document.put("kind", manifest.kind());
      document.put("files", manifest.files().size());
      document.put("problems", verification.problems());
      console.result(document);
    } else if (verification.ok()) {
      long bytes = manifest.files().stream().mapToLong(file -> file.bytes()).sum();
      console.result(
          String.format(
              Locale.ROOT,
              "intact: %d files, %,d bytes, digest %s, made by %s",
              manifest.files().size(),
              bytes,
              manifest.digest(),
              manifest.kind()));
    } else {
      verification.problems().forEach(problem -> console.result("damaged: " + problem));
    }
    return verification.ok() ? 0 : ErrorKind.FAILED.exitCode();
  }
}
