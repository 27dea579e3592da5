//! Query parameters, strictly: a misspelt filter that is ignored would show too much.

use crate::problem::Problem;

/// Values of the `known` parameters, in that order. Empty values count as absent.
pub(crate) fn read<const N: usize>(
    query: Option<&str>,
    known: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let Some(index) = known.iter().position(|known| *known == name) else {
            let known = if N == 0 { "none".to_owned() } else { known.join(", ") };
            let name: String = name.chars().take(40).collect();
            let detail = format!("there is no query parameter `{name}`; known here: {known}");
            return Err(Problem::bad_request(&detail));
        };
        if values[index].is_some() {
            let detail = format!("the query parameter `{}` is given twice", known[index]);
            return Err(Problem::bad_request(&detail));
        }
        values[index] = (!value.is_empty()).then(|| value.into_owned());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_or_doubled_parameter_is_refused() {
        let read =
            |query| read(Some(query), ["tenant", "status"]).map_err(|problem| problem.detail);
        let tenant = || Some("a b".to_owned());
        assert_eq!(read("tenant=a%20b&status="), Ok([tenant(), None]));
        assert!(
            read("tennant=a").is_err_and(|detail| detail.contains("known here: tenant, status"))
        );
        assert!(read("tenant=a&tenant=b").is_err_and(|detail| detail.contains("twice")));
    }
}
