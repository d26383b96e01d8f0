package io.ingot.job.planner;

import io.ingot.error.IngotException;
import io.ingot.job.JobSpec;
import io.ingot.license.Verdict;
import io.ingot.run.RunPlan;
import io.ingot.train.data.DatasetStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A job with everything resolved.
 *
 * @param run for the engine
 * @param releases one for each publish step
 * @param machine that the plan was made for
 */
public record Plan(
    JobSpec job,
    RunPlan run,
    List<Release> releases,
    SequencedMap<String, PinnedModel> models,
    SequencedMap<String, PinnedDataset> datasets,
    Machine machine) {

  /**
   * What the steps will need, by name, where something can be said.
   *
   * @param surveys of the data, as far as they were made
   */
  public SequencedMap<String, Estimate> estimates(List<DataSurvey> surveys) {
    Map<String, DatasetStatistics> measured = new HashMap<>();
    surveys.forEach(survey -> measured.put(survey.step(), survey.statistics()));
    return new Estimator(job, models, datasets, measured, machine.cores()).all();
  }

  /**
   * Throws when a license forbids what the job wants to publish.
   *
   * @throws IngotException BLOCKED with every reason and what would lift it
   */
  public void requireAllowed() {
    List<String> reasons = new ArrayList<>();
    for (Release release : releases) {
      for (Verdict.Finding finding : release.verdict().findings()) {
        if (finding.severity() == Verdict.Severity.BLOCK) {
          reasons.add(
              "  "
                  + finding.subject()
                  + ": "
                  + finding.reason()
                  + " ["
                  + finding.rule()
                  + "]; "
                  + finding.remedy());
        }
      }
      if (!reasons.isEmpty()) {
        throw IngotException.blocked(
            "'"
                + release.step()
                + "' may not be published to "
                + release.target()
                + ":\n"
                + String.join("\n", reasons));
      }
    }
  }
}
