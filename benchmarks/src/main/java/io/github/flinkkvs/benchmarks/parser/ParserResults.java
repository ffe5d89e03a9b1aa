/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.parser.rounds.Rounds;
import io.github.flinkkvs.benchmarks.parser.rounds.SetResult;
import io.github.flinkkvs.benchmarks.report.Chart;

import java.util.List;

/** The measurements of a run and their machine; plots are drawn from its file. */
record ParserResults(String machine, Rounds rounds, List<SetResult> sets, List<Chart> charts) {}
