/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import org.apache.flink.annotation.Internal;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.expressions.ResolvedExpression;

import java.util.ArrayList;
import java.util.List;

/**
 * A table that reads less if the conditions of a query exclude streams or times.
 *
 * <p>Flink does not share a scan among the statements of a set if it offered conditions to the scan
 * after a watermark, even if they changed nothing. But it plans such statements twice, both times
 * from copies of the same source. If conditions changed nothing in the first round, the copies of
 * the second round take no conditions, and Flink shares them.
 */
@Internal
public final class KvsFilterableSource extends KvsDynamicSource implements SupportsFilterPushDown {

    private final ConditionReader conditions;

    /** Whether the planner offers conditions only after it has applied a watermark. */
    private final boolean watermarkFirst;

    /** What conditions have changed so far; shared by all copies. */
    private final Trial trial;

    /**
     * @param conditions reads those of queries on the table
     * @param watermarkFirst whether the planner applies a watermark before it offers conditions
     */
    public KvsFilterableSource(
            KvsDynamicSource table, ConditionReader conditions, boolean watermarkFirst) {
        this(table, conditions, watermarkFirst, new Trial());
    }

    private KvsFilterableSource(
            KvsDynamicSource table,
            ConditionReader conditions,
            boolean watermarkFirst,
            Trial trial) {
        super(table);
        this.conditions = conditions;
        this.watermarkFirst = watermarkFirst;
        this.trial = trial;
    }

    /** Flink checks all conditions as well: a narrower scan may still have other rows. */
    @Override
    public Result applyFilters(List<ResolvedExpression> filters) {
        long nowMillis = System.currentTimeMillis();
        List<ResolvedExpression> used = new ArrayList<>();
        ScanFilter all = ScanFilter.ALL;
        for (ResolvedExpression filter : filters) {
            ScanFilter one = conditions.read(filter, nowMillis);
            if (!one.narrow(scan(), nowMillis).equals(scan())) {
                used.add(filter);
            }
            all = all.and(one);
        }
        trial.offered = true;
        trial.useful |= !used.isEmpty();
        replaceScan(all.narrow(scan(), nowMillis));
        return Result.of(used, filters);
    }

    @Override
    public DynamicTableSource copy() {
        // The planner applies conditions to a copy, which must be able to take them.
        boolean beforeConditions = watermarkFirst && !hasWatermark();
        return beforeConditions && trial.offered && !trial.useful
                ? new KvsDynamicSource(this)
                : new KvsFilterableSource(this, conditions, watermarkFirst, trial);
    }

    private static final class Trial {
        boolean offered;
        boolean useful;
    }
}
