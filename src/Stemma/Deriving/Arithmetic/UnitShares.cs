namespace Stemma.Deriving.Arithmetic;

/// <summary>Which units of an FFN go to which of its fine-grained experts, and to the shared one.</summary>
/// <param name="Shared">Units of the shared expert.</param>
/// <param name="Experts">Units of each routed expert, in the order in which they will stand there.</param>
/// <param name="Copies">How many routed experts have each unit.</param>
internal sealed record UnitShares(int[] Shared, int[][] Experts, int[] Copies)
{
    /// <summary>
    /// Each expert has its own share: shuffled decks of all units but the shared ones are dealt one after another, none twice to one expert, so that each unit
    /// is dealt nearly equally often.
    /// </summary>
    public static UnitShares Dealt(int ffn, int shared, int experts, int units, Draws draws)
    {
        var order = draws.Order(ffn);
        var pool = order[shared..];
        var (deck, held) = (new LinkedList<int>(), new int[experts][]);
        for (var expert = 0; expert < experts; expert++)
        {
            var hand = new HashSet<int>();
            while (hand.Count < units)
            {
                var card = deck.First;
                while (card is not null && hand.Contains(card.Value)) card = card.Next;
                if (card is null)
                {
                    foreach (var at in draws.Derived($"deck {expert} {hand.Count}").Order(pool.Length)) deck.AddLast(pool[at]);
                    continue;
                }

                hand.Add(card.Value);
                deck.Remove(card);
            }

            held[expert] = [.. hand];
        }

        return Count(ffn, order[..shared], held);
    }

    /// <summary>The units but the shared ones are parted among the groups, and every expert of a group has the group's part, in an order of its own: whichever is chosen, all units speak.</summary>
    public static UnitShares Grouped(int ffn, int shared, int experts, int groups, Draws draws)
    {
        var order = draws.Order(ffn);
        var (pool, inGroup) = (order[shared..], experts / groups);
        var units = pool.Length / groups;
        var held = Enumerable.Range(0, experts).Select(expert =>
        {
            var part = pool.AsSpan(expert / inGroup * units, units).ToArray();
            return Array.ConvertAll(draws.Derived($"group {expert}").Order(units), at => part[at]);
        }).ToArray();
        return Count(ffn, order[..shared], held);
    }

    private static UnitShares Count(int ffn, int[] shared, int[][] experts)
    {
        var copies = new int[ffn];
        foreach (var unit in experts.SelectMany(e => e)) copies[unit]++;
        return new(shared, experts, copies);
    }
}
