package io.ingot.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** Job files for tests. */
public final class JobFiles {
  public static final LocalDate DATE = LocalDate.of(2026, 11, 21);

  private JobFiles() {}

  public static JobReader reader() {
    return new JobReader(Map.of("HOME_REVISION", "v2", "EPOCHS", "1.5"), DATE);
  }

  /** Writes a job beside a dataset of each kind and a model folder. */
  public static Path write(Path folder, String text) throws IOException {
    Files.createDirectories(folder.resolve("model"));
    Files.copy(
        Path.of(
            System.getProperty("ingot.root"), "jobs/quickstart/hub/ingot/tiny-base/config.json"),
        folder.resolve("model/config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(
        folder.resolve("chat.jsonl"),
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
            + " {\"role\": \"assistant\", \"content\": \"Hello\"}]}\n");
    Files.writeString(folder.resolve("held.txt"), "Some text.\n");
    Path file = folder.resolve("job.yaml");
    Files.writeString(file, text);
    return file;
  }

  /** All problems, each as one line without the folder. */
  public static List<String> problems(Path folder, String text) throws IOException {
    Path file = write(folder, text);
    Problems problems = new Problems();
    io.ingot.job.planner.JobCheck.read(reader(), file, List.of(), problems);
    return problems.sorted().stream().map(p -> p.toString().replace(folder + "/", "")).toList();
  }
}
