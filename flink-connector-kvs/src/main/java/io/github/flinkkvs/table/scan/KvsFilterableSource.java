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
 * A table that reads less when the conditions of a query leave out streams or times.
 *
 * <p>Once Flink has offered conditions to a scan behind its watermark, it does not share that scan
 * among the statements of a set, not even if the conditions were of no use. It plans such
 * statements twice, though, each time from copies of the same source. So a copy that is made in the
 * second round, after conditions were of no use in the first, is not offered any and can be shared.
 */
@Internal
public final class KvsFilterableSource extends KvsDynamicSource implements SupportsFilterPushDown {

    private final ConditionReader conditions;

    /** Whether conditions come only when the watermark has been applied. */
    private final boolean watermarkFirst;

    /** What came of conditions so far; the same for all copies. */
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

    /** All conditions stay with Flink, too: reading less does not mean reading exactly that. */
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
        // A copy that conditions are to be applied to must be able to take them.
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
